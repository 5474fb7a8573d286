/** The published part of @restage/api: types only. The server is not a library. */
export type { ErrorData } from './trpc/error-body.ts';
export type { AppRouter } from './trpc/router.ts';
