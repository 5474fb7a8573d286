import { type Failure, fail } from '@restage/errors';
import { paramOf, type Role } from './location.ts';

const megabyte = 1024 * 1024;

/**
 * The one sentence for everything that keeps media from being fetched: blocked, refused, timed out, not
 * there. Telling these apart would make a port scanner of us.
 */
export function unreachable(role: Role): Failure<'SOURCE_UNREACHABLE'> {
  const param = paramOf[role];
  return fail(
    'SOURCE_UNREACHABLE',
    `${param} can't be fetched: it must answer a plain GET from the open internet, over https on port 443.`,
    {
      param,
    },
  );
}

/** An upload or stored file that is not there. */
export function notThere(role: Role): Failure<'SOURCE_UNREACHABLE'> {
  const param = paramOf[role];
  return fail('SOURCE_UNREACHABLE', `${param} names an upload whose bytes have not been sent.`, { param });
}

/** More bytes than are taken. */
export function tooManyBytes(role: Role, atMost: number): Failure<'SOURCE_TOO_LARGE'> {
  const param = paramOf[role];
  return fail('SOURCE_TOO_LARGE', `${param} has more than the ${atMost / megabyte} MB that are taken.`, {
    param,
  });
}

/** A data: URI whose base64 is not. */
export function notBase64(role: Role): Failure<'INVALID_URI'> {
  const param = paramOf[role];
  return fail('INVALID_URI', `${param} is a data: URI whose base64 is corrupt or not padded.`, { param });
}

/** A file whose type can't be told. `why` is a clause about it. */
export function untold(role: Role, why: string): Failure<'INVALID_URI'> {
  const param = paramOf[role];
  return fail('INVALID_URI', `${param} names a file whose type can't be told: ${why}.`, { param });
}

/** A file of a type that is known, and not taken. */
export function unaccepted(role: Role, what: string): Failure<'INVALID_FILE_FORMAT'> {
  const param = paramOf[role];
  return fail('INVALID_FILE_FORMAT', `${param} is ${what}; ${accepted[role]}`, { param });
}

const images = 'PNG, JPEG and WebP';
const accepted = {
  source: `images may be ${images}, videos MP4 or MOV with H.264 or HEVC.`,
  alpha: `images may be ${images}, videos MP4 or MOV with H.264 or HEVC.`,
  reference: `it must be an image: ${images}.`,
} as const satisfies Record<Role, string>;
