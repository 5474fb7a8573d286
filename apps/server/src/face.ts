// What a server shows, as one part of the program: what answers HTTP.
export { createApp, createProbes } from '@restage/api';
export { listen } from './listen.ts';
