import type postgres from 'postgres';

/**
 * Finds out whether each connection through a pooler keeps a session of PostgreSQL's to itself, as it does in session
 * mode. In transaction mode, an idle connection's session is lent to whoever asks next, be that another connection's
 * transaction or the same connection's next statement. Asked twice, as other clients may come in between.
 */
export async function keepsSessions(sql: postgres.Sql): Promise<boolean> {
  const [idle, other] = [await sql.reserve(), await sql.reserve()];
  try {
    for (let round = 0; round < 2; round += 1) {
      const own = await readPid(idle);
      if ((await readPid(idle)) !== own) return false;
      await other.unsafe('begin');
      try {
        // Never asked while the other holds it: a pooler with one session would have none left to answer with.
        if ((await readPid(other)) === own || (await readPid(idle)) !== own) return false;
      } finally {
        await other.unsafe('rollback');
      }
    }
    return true;
  } finally {
    idle.release();
    other.release();
  }
}

async function readPid(session: postgres.ReservedSql): Promise<number | undefined> {
  const [row] = await session.unsafe<[{ pid: number }]>('select pg_backend_pid() as pid');
  return row.pid;
}
