import { InvalidArgumentError, int } from '@restage/cli-kit';
import { type idPrefixes, isId } from '@restage/contract';

const descriptions = {
  account: 'an account, acc_…',
  apiKey: 'a key, key_…',
  generation: 'a job, swx_…',
  delivery: 'a delivery, msg_…',
} as const satisfies Partial<Record<keyof typeof idPrefixes, string>>;

/** The id of an account, key, job or delivery. */
export function id(kind: keyof typeof descriptions): (received: string) => string {
  return (received) => {
    if (isId(kind, received)) return received;
    throw new InvalidArgumentError(`must be the id of ${descriptions[kind]}`);
  };
}

/** How many rows a list shows. */
export const parseLimit = int(1, 1000);
