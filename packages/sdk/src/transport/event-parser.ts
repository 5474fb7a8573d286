/** A server-sent event. */
export interface ServerEvent {
  /** The id seen last, of this event or of one before. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/**
 * Makes a reader of server-sent events, as the HTML standard says: it takes the text as it arrives, cut anywhere, and
 * gives the events that have become whole. Comments and unknown fields are passed over.
 */
export function createEventParser(): (text: string) => ServerEvent[] {
  let rest = '';
  let id = '';
  let event = '';
  let data: string[] = [];
  return (text) => {
    // A CR that ends the text may be the first half of a CRLF.
    const lines = `${rest}${text}`.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) events.push({ id, event: event || 'message', data: data.join('\n') });
        event = '';
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (name === 'id' && !value.includes('\0')) id = value;
      else if (name === 'event') event = value;
      else if (name === 'data') data.push(value);
    }
    return events;
  };
}
