import type { S3StoreOptions } from '@restage/storage';
import * as z from 'zod';

const zeroOrOne = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1');

const segment = '[A-Za-z0-9_][A-Za-z0-9._-]*';

/** The settings of blobs in S3, by their environment variables. `webUrl` reads a URL. */
export const createS3Settings = (webUrl: z.ZodType<string, string>) => ({
  RESTAGE_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .optional()
    .meta({ accepts: 'the name of a bucket', defaultText: 'none: blobs are files in RESTAGE_DATA_DIR' })
    .describe(
      'The S3 bucket that keeps the blobs; credentials come from the environment, as for any AWS tool',
    ),
  RESTAGE_S3_PREFIX: z
    .string()
    .regex(new RegExp(`^${segment}(/${segment})*$`))
    .optional()
    .meta({ accepts: 'names separated by slashes, as in restage/production', defaultText: 'none' })
    .describe('What the names of all objects begin with'),
  RESTAGE_S3_ENDPOINT: webUrl
    .optional()
    .meta({ accepts: 'an http:// or https:// URL', defaultText: "AWS's of the region" })
    .describe("The URL of an S3 server other than AWS's"),
  RESTAGE_S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .default('us-east-1')
    .meta({ accepts: 'the name of a region, as in eu-central-1' })
    .describe("The bucket's region"),
  RESTAGE_S3_PATH_STYLE: zeroOrOne
    .meta({ accepts: '0 or 1' })
    .describe('Name the bucket in the path of URLs, as most servers other than AWS need it'),
  RESTAGE_S3_DOWNLOADS: z
    .enum(['proxy', 'redirect'])
    .default('proxy')
    .meta({ accepts: 'proxy or redirect' })
    .describe('Send downloads through the server, or redirect clients to signed URLs of the bucket'),
});

type S3Settings = z.output<z.ZodObject<ReturnType<typeof createS3Settings>>>;

/** How to open the store of the bucket; undefined if blobs are kept on disk. */
export function toS3Options(settings: S3Settings): Omit<S3StoreOptions, 'scratchDirectory'> | undefined {
  const { RESTAGE_S3_BUCKET: bucket } = settings;
  if (bucket === undefined) return undefined;
  return {
    bucket,
    prefix: settings.RESTAGE_S3_PREFIX ?? '',
    region: settings.RESTAGE_S3_REGION,
    endpoint: settings.RESTAGE_S3_ENDPOINT,
    hasPathStyle: settings.RESTAGE_S3_PATH_STYLE,
    hasDirectDownloads: settings.RESTAGE_S3_DOWNLOADS === 'redirect',
  };
}

/** The origin of the URLs that downloads are redirected to, for content security policies; undefined if none are. */
export function getDownloadsOrigin(settings: S3Settings): string | undefined {
  const { RESTAGE_S3_BUCKET: bucket, RESTAGE_S3_REGION: region } = settings;
  if (bucket === undefined || settings.RESTAGE_S3_DOWNLOADS !== 'redirect') return undefined;
  const url = new URL(settings.RESTAGE_S3_ENDPOINT ?? `https://s3.${region}.amazonaws.com`);
  // A host can't begin with a bucket whose name has dots, for no certificate covers it; nor can an address.
  const isInPath =
    settings.RESTAGE_S3_PATH_STYLE || bucket.includes('.') || /^[\d.:[\]]+$/.test(url.hostname);
  return isInPath ? url.origin : `${url.protocol}//${bucket}.${url.host}`;
}
