import type { CreatedApiKey, KeysCreateInput } from '@restage/sdk';
import { type FormEvent, useState } from 'react';
import { restage } from '../../api/client.ts';
import { placeError } from '../../api/place-error.ts';
import { useSend } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import { type Expiry, expiries, toExpiresAt } from './expiries.ts';
import { createPlacements, keyParams } from './placements.ts';

interface CreateKeyDialogProps {
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
}

/** Creates a key, and shows it once. */
export function CreateKeyDialog({ isOpen, onOpenChange }: CreateKeyDialogProps) {
  const [created, setCreated] = useState<CreatedApiKey>();
  const close = () => {
    onOpenChange(false);
    setCreated(undefined);
  };
  return created ? (
    <Dialog
      isOpen={isOpen}
      onOpenChange={close}
      title="Copy your key now"
      description="It is shown only here. Whoever has it can use your credits."
    >
      <CreatedKey created={created} onDone={close} />
    </Dialog>
  ) : (
    <Dialog isOpen={isOpen} onOpenChange={close} title="Create a key">
      <CreateKeyForm onCreated={setCreated} />
    </Dialog>
  );
}

function CreateKeyForm({ onCreated }: { readonly onCreated: (key: CreatedApiKey) => void }) {
  const [mode, setMode] = useState<KeysCreateInput['mode']>('live');
  const [expiry, setExpiry] = useState<Expiry>('never');
  const create = useSend((input: KeysCreateInput) => restage.keys.create(input), {
    onDone: onCreated,
    refresh: ['keys'],
  });
  const placed = placeError(create.error, createPlacements, keyParams);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const expires_at = toExpiresAt(expiry, String(form.get('date') ?? ''), Date.now());
    create.mutate({ name: String(form.get('name')), mode, ...(expires_at && { expires_at }) });
  };
  const errorAt = (field: string) => (placed?.at === field ? placed.error : undefined);
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field label="Name" description="What the key is for." error={errorAt('name')}>
        {(control) => <Input {...control} name="name" autoComplete="off" placeholder="Render farm" />}
      </Field>
      <Field
        label="Mode"
        description="Live keys use credits. Test keys cost nothing, and render watermarked proofs."
        error={errorAt('mode')}
      >
        {(control) => <Select {...control} value={mode} onValueChange={setMode} options={modes} />}
      </Field>
      <Field label="Expires" error={expiry === 'date' ? undefined : errorAt('expiry')}>
        {(control) => <Select {...control} value={expiry} onValueChange={setExpiry} options={expiries} />}
      </Field>
      {expiry === 'date' && (
        <Field label="Expires at" description="In the time zone of this browser." error={errorAt('expiry')}>
          {(control) => <Input {...control} name="date" type="datetime-local" required />}
        </Field>
      )}
      {placed?.at === 'form' && <ErrorPanel error={placed.error} title="The key was not created" />}
      <div className="flex justify-end">
        <Button type="submit" look="primary" isBusy={create.isPending}>
          Create
        </Button>
      </div>
    </form>
  );
}

const modes = [
  { value: 'live', label: 'Live' },
  { value: 'test', label: 'Test' },
] as const;

function CreatedKey({ created, onDone }: { readonly created: CreatedApiKey; readonly onDone: () => void }) {
  return (
    <>
      <div className="flex items-center gap-2 rounded-lg border border-line bg-sunken p-2 pl-3">
        <code className="min-w-0 flex-1 break-all">{created.key}</code>
        <CopyButton text={created.key} label="Copy the key" hasText />
      </div>
      <div className="mt-5 flex justify-end">
        <Button look="primary" onClick={onDone}>
          Done
        </Button>
      </div>
    </>
  );
}
