/**
 * What the HTTP bench compares the product with: Hono with one prepared select, in a process of its own. Prints its URL.
 * Environment: DATABASE_URL and ACCOUNT.
 */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { connect } from '@restage/db';
import { Hono } from 'hono';

const { DATABASE_URL: url = '', ACCOUNT: account = '' } = process.env;

// postgres.js prepares the statement, once for each connection.
const { sql } = connect(url);
const app = new Hono();
app.get('/jobs/:id', async (c) => {
  const [row] = await sql`
    select * from generations where id = ${c.req.param('id')} and account_id = ${account}`;
  return row ? c.json(row) : c.notFound();
});
const server = createAdaptorServer({ fetch: app.fetch });
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
