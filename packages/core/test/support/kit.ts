import type { VerbInput } from '@restage/contract';
import type { Engine } from '@restage/engine';
import { failWith } from '@restage/errors';
import { makePng } from '@restage/media/testing';
import type { AccountContext, Context } from '../../src/context.ts';
import { tinyRender } from './tiny-render.ts';

/** The context of a request by an account. */
export function asAccount(ctx: Context, accountId: string, concurrency = 10): AccountContext {
  return {
    ...ctx,
    account: {
      id: accountId,
      key: { id: 'key_test', prefix: 'rsk_test' },
      mode: 'live',
      writeRpm: 10_000,
      readRpm: 10_000,
      concurrency,
    },
    responseMeta: { replayed: false },
    largeStrings: new Map(),
  };
}

const source = `data:image/png;base64,${makePng(8, 8).toString('base64')}`;

/** A start of a tiny image: 1 credit at 720, 3 at 1080. */
export function tinyStart(
  more: Partial<VerbInput<'generations.start'>> = {},
): VerbInput<'generations.start'> {
  return {
    generation_type: 'image',
    alpha_mode: 'fill',
    max_resolution: 1080,
    source_uri: source,
    prompt: 'a beach',
    ...more,
  };
}

/** An engine that ends every render at once, in one way: with files, with a failure, or with an exception. */
export function createStubEngine(how: 'renders' | 'fails' | 'crashes'): Engine {
  return {
    async render(request) {
      if (how === 'crashes') throw new Error('the engine crashed, as the test asked');
      return how === 'fails' ? failWith('INVALID_INPUT', 'as the test asked') : await tinyRender(request);
    },
    close: async () => {},
  };
}
