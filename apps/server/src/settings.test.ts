import { expect, test } from 'vitest';
import { readSettings, settingsHelp, settingsSchema } from './settings.ts';

test('without any variable, every setting has its default', () => {
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
    RESTAGE_WORKERS: 1,
    RESTAGE_JOB_MEMORY_MB: 2048,
    RESTAGE_MATTE_MODEL: undefined,
    RESTAGE_MATTE_INPUT: 'unit',
    RESTAGE_MATTE_OUTPUT: 'alpha',
    RESTAGE_ALLOW_PRIVATE_NETWORK: false,
    LOG_LEVEL: 'info',
  });
});

test('an empty variable is an absent one', () => {
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
  ['RESTAGE_PUBLIC_URL', 'example.com', 'an http:// or https:// URL'],
  ['RESTAGE_PUBLIC_URL', 'ftp://example.com', 'an http:// or https:// URL'],
  ['RESTAGE_SECRET', 'hunter2', 'at least 16 characters'],
  ['DATABASE_URL', 'mysql://root:hunter2@db/x', 'a postgres:// URL'],
  ['RESTAGE_CORS_ORIGINS', 'https://a.example,b', 'http:// or https:// origins, separated by commas'],
  ['RESTAGE_ALLOW_PRIVATE_NETWORK', 'yes', '0 or 1'],
  ['RESTAGE_JOB_MEMORY_MB', '2 GB', 'a whole number from 256 to 1048576'],
  ['RESTAGE_MATTE_INPUT', 'rgb', 'unit, centred, signed or imagenet'],
  ['RESTAGE_MATTE_OUTPUT', 'sigmoid', 'alpha, logits or range'],
  ['LOG_LEVEL', 'loud', 'trace, debug, info, warn, error, fatal or silent'],
])('%s=%s is refused in one line that does not repeat it', (name, value, accepts) => {
  expect(readSettings({ [name]: value })).toEqual({ fault: `${name} must be ${accepts}.` });
});

test('the help has a line for each setting', () => {
  const lines = settingsHelp().split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(Object.keys(settingsSchema.shape));
  for (const line of lines) expect(line).toMatch(/\S {2,}\S.*\[.+\]$/);
});
