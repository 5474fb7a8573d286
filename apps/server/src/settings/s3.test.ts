import { failWith } from '@restage/errors';
import { openS3Store } from '@restage/storage';
import { expect, test, vi } from 'vitest';
import { getDownloadsOrigin, toS3Options } from './s3.ts';
import { readSettings } from './settings.ts';

function read(env: Record<string, string>) {
  const settings = readSettings(env);
  if ('message' in settings) throw new Error(settings.message);
  return settings;
}

test('without a bucket, blobs are kept on disk', () => {
  expect(toS3Options(read({}))).toBeUndefined();
  expect(getDownloadsOrigin(read({}))).toBeUndefined();
});

test('the settings of a bucket are those of its store', () => {
  const settings = read({
    RESTAGE_S3_BUCKET: 'bucket',
    RESTAGE_S3_PREFIX: 'restage/production',
    RESTAGE_S3_ENDPOINT: 'http://127.0.0.1:9000/',
    RESTAGE_S3_REGION: 'eu-central-1',
    RESTAGE_S3_PATH_STYLE: '1',
  });
  expect(toS3Options(settings)).toEqual({
    bucket: 'bucket',
    prefix: 'restage/production',
    endpoint: 'http://127.0.0.1:9000',
    region: 'eu-central-1',
    hasPathStyle: true,
    hasDirectDownloads: false,
  });
  expect(getDownloadsOrigin(settings)).toBeUndefined();
});

test.each([
  { RESTAGE_S3_BUCKET: 'bucket' },
  { RESTAGE_S3_BUCKET: 'bucket', RESTAGE_S3_REGION: 'eu-central-1' },
  { RESTAGE_S3_BUCKET: 'bucket', RESTAGE_S3_PATH_STYLE: '1' },
  { RESTAGE_S3_BUCKET: 'my.bucket' },
  { RESTAGE_S3_BUCKET: 'bucket', RESTAGE_S3_ENDPOINT: 'https://s3.example:9000' },
  { RESTAGE_S3_BUCKET: 'bucket', RESTAGE_S3_ENDPOINT: 'https://s3.example', RESTAGE_S3_PATH_STYLE: '1' },
  { RESTAGE_S3_BUCKET: 'bucket', RESTAGE_S3_ENDPOINT: 'http://127.0.0.1:9000' },
  { RESTAGE_S3_BUCKET: 'bucket', RESTAGE_S3_ENDPOINT: 'http://localhost:9000' },
])('the origin of downloads is that of the URLs that the store signs: %j', async (env) => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const settings = read({ ...env, RESTAGE_S3_DOWNLOADS: 'redirect' });
  const options = toS3Options(settings);
  if (!options) throw new Error('no bucket');
  const store = await openS3Store({ ...options, scratchDirectory: '/nowhere' });
  const url = await store.signDownload?.('outputs/a', {
    contentType: 'image/png',
    contentDisposition: 'inline',
  });
  expect(getDownloadsOrigin(settings)).toBe(new URL(url ?? '').origin);
  vi.unstubAllEnvs();
});

test('a failure of a setting names it', () => {
  expect(readSettings({ RESTAGE_S3_BUCKET: 'ab' })).toEqual(
    failWith('INVALID_SETTING', 'RESTAGE_S3_BUCKET must be the name of a bucket.'),
  );
});
