import { LoaderCircle } from 'lucide-react';
import { type Connection, useIsLost } from '../api/connection.ts';

/** Says that the server can't be reached, for as long as it can't. It floats, so that nothing moves. */
export function ConnectionBanner({ connection }: { readonly connection: Connection }) {
  const isLost = useIsLost(connection);
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 top-3 z-50 flex justify-center px-4">
      {isLost && (
        <p className="flex items-center gap-2.5 rounded-full border border-line bg-surface py-2 pr-4 pl-3 text-sm font-medium shadow-high">
          <LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin text-warn" />
          Can’t reach the server. Connecting again…
        </p>
      )}
    </div>
  );
}
