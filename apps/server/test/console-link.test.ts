import { expect, test } from 'vitest';
import { runServer, usePrograms, waitUntilServing } from './support/programs.ts';

usePrograms();

/** Signs in with the ticket of a link, and gives the status. */
async function signIn(link: string): Promise<number> {
  const { origin, pathname, hash } = new URL(link);
  expect(pathname).toBe('/console');
  const answer = await fetch(`${origin}/console/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ ticket: hash.replace('#ticket=', '') }),
  });
  return answer.status;
}

test('the first start and console-link each print a link that signs in once, that no log has, and a later start prints none', async () => {
  const server = runServer(['serve'], { LOG_LEVEL: 'trace' });
  const { url } = await waitUntilServing(server);
  const [, first = ''] = /^Console: (\S+)/m.exec(server.out()) ?? [];
  expect(first).toMatch(new RegExp(`^${url}/console#ticket=[\\w-]{43}$`));
  expect([await signIn(first), await signIn(first)]).toEqual([204, 401]);

  const env = { PORT: new URL(url).port };
  const list = runServer(['accounts', 'list', '--json'], env);
  expect(await list.exit).toBe(0);
  const { accounts } = JSON.parse(list.out()) as { accounts: { id: string }[] };
  const command = runServer(['console-link', accounts[0]?.id ?? '', '--json'], env);
  expect(await command.exit).toBe(0);
  const { link } = JSON.parse(command.out()) as { link: string };
  expect([await signIn(link), await signIn(link)]).toEqual([204, 401]);

  const unknown = runServer(['console-link', accounts[0]?.id ?? ''], { PORT: '0' });
  expect([await unknown.exit, unknown.log()]).toEqual([1, expect.stringContaining('RESTAGE_PUBLIC_URL')]);
  for (const each of [first, link]) expect(server.log()).not.toContain(each.split('=')[1]);

  server.child.kill('SIGTERM');
  await server.exit;
  const again = runServer(['serve']);
  await waitUntilServing(again);
  expect(again.out()).not.toContain('/console');
}, 60_000);
