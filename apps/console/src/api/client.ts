import { Restage } from '@restage/sdk';

/**
 * The client for every call of the console. It authenticates with the session's cookie, and doesn't retry by itself:
 * queries retry when it helps, and {@link connection} waits for a server that is gone.
 */
export const restage = new Restage({ session: true, baseUrl: location.origin, maxRetries: 0 });
