// What a server shows, as one part of the program: what answers HTTP.
export { getRequestListener } from '@hono/node-server';
export { createApp, createProbes } from '@restage/api';
