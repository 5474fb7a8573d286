import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { SslMode, TlsSettings } from './target.ts';

/** The files that TLS may need, by libpq's names. */
interface TlsFiles {
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  readonly sslpassword?: string;
}

/**
 * Reads the TLS settings for a mode. Without `sslrootcert`, the CAs of this machine and of Node verify certificates.
 * @returns what is wrong with a file, otherwise
 */
export function readTlsSettings(files: TlsFiles, mode: SslMode, host: string): TlsSettings | string {
  const verifies = mode === 'verify-ca' || mode === 'verify-full';
  const encrypted = mode !== 'disable';
  try {
    const settings: TlsSettings = {
      rejectUnauthorized: verifies,
      ...(verifies && { ca: readAuthorities(files.sslrootcert), host }),
      ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
      ...(encrypted && files.sslcert && { cert: readText('sslcert', files.sslcert) }),
      ...(encrypted &&
        files.sslkey && { key: readText('sslkey', files.sslkey), passphrase: files.sslpassword }),
    };
    checkContext(settings);
    return settings;
  } catch (error) {
    if (error instanceof FileError) return error.message;
    throw error;
  }
}

/** A problem with one of the files. */
class FileError extends Error {}

function readAuthorities(path: string | undefined): string[] {
  if (!path || path === 'system')
    return [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
  const text = readText('sslrootcert', path);
  try {
    new X509Certificate(text);
  } catch {
    throw new FileError(`sslrootcert ${path} holds no certificate in PEM`);
  }
  return [text];
}

function readText(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new FileError(`${name} ${path} can't be read (${reason})`);
  }
}

/** Finds a key that does not match its certificate now, not at each connection. */
function checkContext({ cert, key, passphrase }: TlsSettings): void {
  if (cert === undefined && key === undefined) return;
  try {
    tls.createSecureContext({ cert, key, passphrase });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new FileError(`sslcert and sslkey can't be used together (${reason})`);
  }
}
