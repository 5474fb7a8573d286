/** What @restage/api is to others: types alone. The server itself is no library. */
export type { ErrorData } from './trpc/error-body.ts';
export type { AppRouter } from './trpc/router.ts';
