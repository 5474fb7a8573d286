/**
 * Makes a signed URL of the server one of the page's own origin, which is all that the content security policy allows: the
 * server signs links to its public URL, but may be opened by another name. Signatures don't depend on the origin.
 */
export function toLocalUrl(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname.startsWith('/files/') ? `${location.origin}${pathname}${search}` : url;
}
