import { Fragment } from 'react';

/** Text, with `backticks` as code. */
export function Prose({ children }: { readonly children: string }) {
  return children.split('`').map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other identity, and don't move
    <Fragment key={index}>{index % 2 === 1 ? <code>{part}</code> : part}</Fragment>
  ));
}
