const shown = 60;
const secret = /(rsk_|whsec_)\w+/g;
/** The user name and password of a URL. A password may hold any character, so all up to the last @ counts. */
const userInformation = /^(\s*[a-z][a-z0-9+.-]*:[\\/]*|\s*[\\/]{2,}).*@/is;

/**
 * Says in an error message what was received. Strings are quoted and cut to 60 characters, with the user information
 * of a URL and anything that looks like a key or a signing secret left out, and control characters escaped.
 */
export function received(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') {
    const clean = value
      .replace(userInformation, '$1…@')
      .slice(0, 2 * shown)
      .replace(secret, '$1…')
      .toWellFormed();
    return JSON.stringify(clean.length > shown ? `${clean.slice(0, shown)}…` : clean);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}
