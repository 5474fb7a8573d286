/** What @restage/api is to others: types alone. The server itself is no library. */
export type { AppRouter, ErrorData } from './trpc/router.ts';
