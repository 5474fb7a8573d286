export { type AppOptions, createApp, createProbes } from './app.ts';
export type { RequestContext } from './context.ts';
export { openApiDocument } from './documents/openapi.ts';
export { type ErrorData, FailureError, failureOf } from './trpc/failure-error.ts';
export { type AppRouter, createCaller, router } from './trpc/router.ts';
