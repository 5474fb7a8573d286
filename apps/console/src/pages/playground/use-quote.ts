import type { GenerationsStartInput } from '@restage/sdk';
import { useEffect, useState } from 'react';
import { restage } from '../../api/client.ts';
import { isUnreachable } from '../../api/errors.ts';
import { useCall } from '../../api/queries.ts';

/** Milliseconds without a change before a quote is asked for: quotes count as writes, of which an account has some a minute. */
const settleMs = 500;

/** What a start of the form would cost, or why it would be refused, while the form is being filled in. */
export function useQuote(input: GenerationsStartInput, isReady: boolean) {
  const current = JSON.stringify(input);
  const [settled, setSettled] = useState(current);
  useEffect(() => {
    const timer = setTimeout(setSettled, settleMs, current);
    return () => clearTimeout(timer);
  }, [current]);
  const isSettled = settled === current;
  const quote = useCall(['quote', current], (options) => restage.generations.quote(input, options), {
    enabled: isReady && isSettled,
    keepPrevious: true,
  });
  // While the server can't be reached, the shell says so.
  const error = isReady && isSettled && !isUnreachable(quote.error) ? quote.error : null;
  return { quote: isReady ? quote.data : undefined, error };
}
