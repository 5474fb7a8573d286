import { randomBytes } from 'node:crypto';
import { connect } from '../connect.ts';

/** A copy of a database, for as long as it is needed. */
export interface Clone {
  readonly url: string;
  /** Ends the connections to it that are left, and removes it. */
  drop(): Promise<void>;
}

/** Copies the database of a URL, to which nobody may be connected, to a new one beside it. */
export async function cloneDatabase(templateUrl: string): Promise<Clone> {
  const template = new URL(templateUrl);
  const at = (pathname: string) => Object.assign(new URL(template), { pathname }).href;
  const name = `test_${randomBytes(8).toString('hex')}`;
  const { sql, close } = connect(at('postgres'), { max: 1, name: 'restage-clones' });
  // Copying files beats writing them through the log, where nothing is synced: 25 ms against 43 on an idle machine.
  await sql`create database ${sql(name)} template ${sql(template.pathname.slice(1))} strategy file_copy`;
  const drop = async () => {
    await sql`drop database ${sql(name)} with (force)`;
    await close();
  };
  return { url: at(name), drop };
}
