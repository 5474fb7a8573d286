// What serves before the rest of the program is loaded.
export { commonHeaders, newRequestId } from './headers.ts';
export { createHttpServer } from './server.ts';
