/**
 * What the HTTP bench holds the product against, each a process of its own: `raw`, node:http with a fixed body; and
 * `select`, Hono with one prepared select. Prints its port. Environment: BODY, or DATABASE_URL and ACCOUNT.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { connect } from '@restage/db';
import { Hono } from 'hono';

const { BODY: body = '', DATABASE_URL: url = '', ACCOUNT: account = '' } = process.env;

function raw() {
  return createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
}

function select() {
  // postgres.js prepares what it sends, once a connection.
  const { sql } = connect(url);
  const app = new Hono();
  app.get('/jobs/:id', async (c) => {
    const [row] = await sql`
      select * from generations where id = ${c.req.param('id')} and account_id = ${account}`;
    return row ? c.json(row) : c.notFound();
  });
  return createAdaptorServer({ fetch: app.fetch });
}

const server = process.argv[2] === 'select' ? select() : raw();
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
