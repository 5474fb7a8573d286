export { type AppOptions, createApp, createProbes } from './app.ts';
export { hasConsole } from './console/mount.ts';
export type { RequestContext } from './context.ts';
export { createOpenApiDocument } from './docs/openapi.ts';
export { createRequestListener } from './http/listener.ts';
export { createHttpServer } from './http/server.ts';
export type { ErrorData } from './trpc/error-body.ts';
export { FailureError, toFailure } from './trpc/failure-error.ts';
export { type AppRouter, createCaller, router } from './trpc/router.ts';
