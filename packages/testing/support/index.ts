export { createTestCaller } from '../src/server/caller.ts';
export type { LogLine } from '../src/test-restage.ts';
export { type ControllableEngine, controllableEngine } from './controllable-engine.ts';
export { toRestRequest } from './rest-request.ts';
export { openTestServices, type TestServiceOptions, type TestServices } from './services.ts';
export { type Outcome, openTransports, type TestServer, type Transport } from './transports.ts';
