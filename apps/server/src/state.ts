// What a server holds, as one part of the program: what it knows, and what it does with that.
export { createFirstAccount, JobChanges } from '@restage/core';
export { DeferredQueue, openQueue } from './queue.ts';
export { createWorld, openMedia } from './world.ts';
