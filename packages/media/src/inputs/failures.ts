import { type Failure, fail } from '@restage/errors';
import { params, type Role } from './location.ts';

const megabyte = 1024 * 1024;

/**
 * One message for every reason that media can't be fetched: blocked, refused, timed out, not found. Distinct messages
 * would turn this server into a port scanner.
 */
export function unreachable(role: Role): Failure<'SOURCE_UNREACHABLE'> {
  const param = params[role];
  return fail(
    'SOURCE_UNREACHABLE',
    `${param} can't be fetched: it must answer a plain GET from the open internet, over https on port 443.`,
    {
      param,
    },
  );
}

/** An upload or stored file that does not exist. */
export function uploadMissing(role: Role): Failure<'SOURCE_UNREACHABLE'> {
  const param = params[role];
  return fail('SOURCE_UNREACHABLE', `${param} names an upload whose bytes have not been sent.`, { param });
}

/** A file over the size limit. */
export function tooManyBytes(role: Role, maxBytes: number): Failure<'SOURCE_TOO_LARGE'> {
  const param = params[role];
  return fail('SOURCE_TOO_LARGE', `${param} has more than the ${maxBytes / megabyte} MB that are taken.`, {
    param,
  });
}

/** A data: URI with invalid base64. */
export function notBase64(role: Role): Failure<'INVALID_URI'> {
  const param = params[role];
  return fail('INVALID_URI', `${param} is a data: URI whose base64 is corrupt or not padded.`, { param });
}

/** A file of unknown type. `why` is a clause about it. */
export function unknownFileType(role: Role, why: string): Failure<'INVALID_URI'> {
  const param = params[role];
  return fail('INVALID_URI', `${param} names a file of an unknown type: ${why}.`, { param });
}

/** A file of a known type that is not accepted. */
export function unsupportedFormat(role: Role, what: string): Failure<'INVALID_FILE_FORMAT'> {
  const param = params[role];
  return fail('INVALID_FILE_FORMAT', `${param} is ${what}; ${acceptedFormats[role]}`, { param });
}

const images = 'PNG, JPEG and WebP';
const acceptedFormats = {
  source: `images may be ${images}, videos MP4 or MOV with H.264 or HEVC.`,
  alpha: `images may be ${images}, videos MP4 or MOV with H.264 or HEVC.`,
  reference: `it must be an image: ${images}.`,
} as const satisfies Record<Role, string>;
