/** For tests and benches: S3 servers, and a proxy that makes them fail. Nothing of it is in the product. */

export { createBucket, openTestBucket } from './s3-bucket.ts';
export { openS3Proxy, type S3Fault } from './s3-proxy.ts';
export { type SeaweedFs, startSeaweedFs } from './seaweedfs.ts';
