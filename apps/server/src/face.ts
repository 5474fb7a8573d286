// What a server shows, as one part of the program: what answers HTTP.
export { createApp, createProbes, createRequestListener } from '@restage/api';
