// The program of workers: it is asked by POST, with the place as JSON.

import { tryOut } from 'program.js';
import * as sdk from 'sdk.js';

export default {
  async fetch(request) {
    if (request.method !== 'POST') return new Response('ready');
    try {
      return Response.json(await tryOut(sdk, await request.json()));
    } catch (error) {
      return Response.json([String(error?.stack ?? error)]);
    }
  },
};
