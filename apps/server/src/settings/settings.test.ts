import { failWith } from '@restage/errors';
import { expect, test } from 'vitest';
import { readSettings, settingsHelp, settingsSchema } from './settings.ts';

test('without variables, every setting has its default', () => {
  expect(readSettings({})).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 8787,
    RESTAGE_DATA_DIR: './.restage',
    RESTAGE_WRITE_RPM: 60,
    RESTAGE_READ_RPM: 600,
    RESTAGE_CONCURRENCY: 10,
    RESTAGE_FIRST_CREDITS: 1000,
    RESTAGE_CREDIT_USD: 0.01,
    RESTAGE_MAX_BODY_MB: 72,
    RESTAGE_MAX_UPLOAD_MB: 512,
    RESTAGE_KEEP_OUTPUTS_HOURS: 168,
    RESTAGE_KEEP_UPLOADS_HOURS: 72,
    RESTAGE_KEEP_REQUESTS_HOURS: 168,
    RESTAGE_WORKERS: 1,
    RESTAGE_JOB_MEMORY_MB: 2048,
    RESTAGE_MATTE_MODEL: undefined,
    RESTAGE_MATTE_INPUT: 'unit',
    RESTAGE_MATTE_OUTPUT: 'alpha',
    RESTAGE_ALLOW_PRIVATE_NETWORK: false,
    LOG_LEVEL: 'info',
  });
});

test('an empty variable counts as absent', () => {
  expect(readSettings({ PORT: '', DATABASE_URL: '' })).toEqual(readSettings({}));
});

test.each([
  ['PORT', 'many', 'a whole number from 0 to 65535'],
  ['PORT', '65536', 'a whole number from 0 to 65535'],
  ['PORT', '0x10', 'a whole number from 0 to 65535'],
  ['RESTAGE_WRITE_RPM', '0', 'a whole number from 1 to 100000'],
  ['RESTAGE_WRITE_RPM', '1.5', 'a whole number from 1 to 100000'],
  ['RESTAGE_KEEP_OUTPUTS_HOURS', '1.5', 'a whole number from 0 to 1000000'],
  ['RESTAGE_KEEP_UPLOADS_HOURS', 'never', 'a whole number from 0 to 1000000'],
  ['RESTAGE_CREDIT_USD', '-1', 'dollars, as in 0.01'],
  ['RESTAGE_SECRET', 'hunter2', 'at least 16 characters'],
  ['RESTAGE_METRICS_TOKEN', 'hunter2', 'at least 16 characters without spaces'],
  ['RESTAGE_METRICS_TOKEN', 'hunter2 hunter2 hunter2', 'at least 16 characters without spaces'],
  ['OTEL_TRACES_SAMPLER_ARG', '10%', 'a number from 0 to 1'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'a number from 0 to 1'],
  ['DATABASE_URL', 'mysql://root:hunter2@db/x', 'a postgres:// URL'],
  ['DATABASE_DIRECT_URL', 'root:hunter2@db/x', 'a postgres:// URL'],
  ['RESTAGE_ALLOW_PRIVATE_NETWORK', 'yes', '0 or 1'],
  ['RESTAGE_JOB_MEMORY_MB', '2 GB', 'a whole number from 256 to 1048576'],
  ['RESTAGE_MATTE_INPUT', 'rgb', 'unit, centred, signed or imagenet'],
  ['RESTAGE_MATTE_OUTPUT', 'sigmoid', 'alpha, logits or range'],
  ['LOG_LEVEL', 'loud', 'trace, debug, info, warn, error, fatal or silent'],
])('%s=%s is refused in one line that does not repeat the value', (name, value, accepts) => {
  expect(readSettings({ [name]: value })).toEqual(failWith('INVALID_SETTING', `${name} must be ${accepts}.`));
});

test.each([
  ['https://restage.example', 'https://restage.example'],
  ['https://restage.example/', 'https://restage.example'],
  ['HTTPS://Restage.Example:443//', 'https://restage.example'],
  ['http://restage.example:80', 'http://restage.example'],
  ['http://restage.example:8080/', 'http://restage.example:8080'],
  ['https://restage.example/Restage/', 'https://restage.example/Restage'],
  ['https://bücher.example/é', 'https://xn--bcher-kva.example/%C3%A9'],
  ['http://[::1]:8787', 'http://[::1]:8787'],
  [' https://restage.example\n', 'https://restage.example'],
])('RESTAGE_PUBLIC_URL=%j is read as %s', (sent, read) => {
  expect(readSettings({ RESTAGE_PUBLIC_URL: sent })).toMatchObject({ RESTAGE_PUBLIC_URL: read });
});

test.each([
  'example.com',
  '//example.com',
  'ftp://example.com',
  'https://',
  'https://?',
  'https://user@example.com',
  'https://user:hunter2@example.com/',
  'https://example.com?x=hunter2',
  'https://example.com/?',
  'https://example.com/#top',
  'https://example.com/#',
  'https://exam ple.com',
  'https://*.example.com',
  'https:\\\\example.com',
  'https://example.com:99999',
  'https://[::1',
])('RESTAGE_PUBLIC_URL=%j is refused in one line that does not repeat the value', (value) => {
  expect(readSettings({ RESTAGE_PUBLIC_URL: value })).toEqual(
    failWith(
      'INVALID_SETTING',
      'RESTAGE_PUBLIC_URL must be an http:// or https:// URL without user name, password, query and fragment.',
    ),
  );
});

test.each([
  ['https://app.example', ['https://app.example']],
  ['https://app.example/', ['https://app.example']],
  ['https://app.example:443', ['https://app.example']],
  ['http://app.example:80/', ['http://app.example']],
  ['https://app.example:0443', ['https://app.example']],
  ['https://app.example:80', ['https://app.example:80']],
  ['HTTPS://App.Example', ['https://app.example']],
  ['https://bücher.example', ['https://xn--bcher-kva.example']],
  ['http://localhost:3000,http://[::1]:3000', ['http://localhost:3000', 'http://[::1]:3000']],
  [' https://a.example , https://b.example, ', ['https://a.example', 'https://b.example']],
  [',', []],
])('RESTAGE_CORS_ORIGINS=%j is read as %j, as browsers write it', (sent, read) => {
  expect(readSettings({ RESTAGE_CORS_ORIGINS: sent })).toMatchObject({ RESTAGE_CORS_ORIGINS: read });
  for (const each of read) expect(new URL(each).origin).toBe(each);
});

test.each([
  'https://app.example/path',
  'https://app.example//',
  'https://app.example/?x',
  'https://app.example?',
  'https://app.example#',
  'https://user:hunter2@app.example',
  'https://user@app.example',
  'https://*.example',
  'https://%2A.example',
  'https://app.*',
  '*',
  'null',
  'app.example',
  '//app.example',
  'https:app.example',
  'ftp://app.example',
  'file:///app',
  'chrome-extension://abcdefgh',
  'https://',
  'https://app.example:x',
  'https://app.example:99999',
  'https://app.example\\',
  'https://app.\nexample',
  'https://a.example https://b.example',
  'https://a.example;https://b.example',
  'https://a.example,b',
])('RESTAGE_CORS_ORIGINS=%j, which is no page’s origin, is refused in one line', (value) => {
  expect(readSettings({ RESTAGE_CORS_ORIGINS: value })).toEqual(
    failWith(
      'INVALID_SETTING',
      expect.stringMatching(/^RESTAGE_CORS_ORIGINS must be origins separated by commas, .* no \*\.$/),
    ),
  );
});

test('DATABASE_DIRECT_URL without DATABASE_URL is refused', () => {
  expect(readSettings({ DATABASE_DIRECT_URL: 'postgres://db/x' })).toEqual(
    failWith('INVALID_SETTING', 'DATABASE_DIRECT_URL needs DATABASE_URL, which is not set.'),
  );
});

test('without RESTAGE_S3_BUCKET the other settings of S3 are refused', () => {
  expect(readSettings({ RESTAGE_S3_PREFIX: 'restage' })).toEqual(
    failWith('INVALID_SETTING', 'RESTAGE_S3_PREFIX needs RESTAGE_S3_BUCKET, which is not set.'),
  );
});

test.each([
  ['RESTAGE_S3_BUCKET', 'My_Bucket', 'the name of a bucket'],
  ['RESTAGE_S3_PREFIX', '/restage/', 'names separated by slashes, as in restage/production'],
  ['RESTAGE_S3_PREFIX', 'a/../b', 'names separated by slashes, as in restage/production'],
  ['RESTAGE_S3_ENDPOINT', 's3.example:9000', 'an http:// or https:// URL'],
  ['RESTAGE_S3_REGION', 'EU West', 'the name of a region, as in eu-central-1'],
  ['RESTAGE_S3_PATH_STYLE', 'yes', '0 or 1'],
  ['RESTAGE_S3_DOWNLOADS', 'direct', 'proxy or redirect'],
])('%s=%s is refused', (name, value, accepts) => {
  expect(readSettings({ RESTAGE_S3_BUCKET: 'bucket', [name]: value })).toEqual(
    failWith('INVALID_SETTING', `${name} must be ${accepts}.`),
  );
});

test('the settings help has a line for each setting', () => {
  const lines = settingsHelp().split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(Object.keys(settingsSchema.shape));
  for (const line of lines) expect(line).toMatch(/\S {2,}\S.*\[.+\]$/);
});
