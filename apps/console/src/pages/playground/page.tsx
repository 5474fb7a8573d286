import { useEffect, useRef, useState } from 'react';
import { placeError } from '../../api/place-error.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { Select } from '../../ui/select.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { CodePanel } from './code-panel.tsx';
import { Cost } from './cost.tsx';
import { FromJob } from './from-job.tsx';
import { MediaField } from './media-field.tsx';
import { type PlaygroundField, startParams, startPlacements } from './placements.ts';
import { PromptField } from './prompt-field.tsx';
import { Result } from './result.tsx';
import { SampleList } from './sample-list.tsx';
import { describeMissing, toStartInput } from './start-input.ts';
import { getUploadError, setPlaygroundState, usePlaygroundState } from './state.ts';
import { SubjectField } from './subject-field.tsx';
import { useQuote } from './use-quote.ts';
import { useStart } from './use-start.ts';

export default function PlaygroundPage() {
  const state = usePlaygroundState();
  const [tab, setTab] = useState<'result' | 'code'>('result');
  const resultRef = useRef<HTMLDivElement>(null);
  const start = useStart(() => {
    setTab('result');
    // On a phone the result is below the form.
    resultRef.current?.scrollIntoView({ block: 'nearest' });
  });
  const input = toStartInput(state);
  return (
    <Page title="Playground" description="A picture or a video in, its subject relit in another scene out.">
      <FromJob />
      <div className="grid items-start gap-6 lg:grid-cols-[23rem_minmax(0,1fr)]">
        <Card>
          <StartForm start={start} />
        </Card>
        <div ref={resultRef} className="min-w-0 scroll-mt-16 scroll-mb-4 lg:sticky lg:top-9">
          <Card>
            <Tabs
              label="Result and code"
              value={tab}
              onValueChange={setTab}
              tabs={[
                {
                  value: 'result',
                  label: 'Result',
                  content: state.run ? (
                    <Result
                      key={state.run.jobId}
                      run={state.run}
                      isStarting={start.isBusy}
                      onRepeat={start.repeat}
                      repeatError={start.repeatError}
                    />
                  ) : (
                    <SampleList />
                  ),
                },
                { value: 'code', label: 'Code', content: <CodePanel input={input} /> },
              ]}
            />
          </Card>
        </div>
      </div>
    </Page>
  );
}

/** The form. Everything that is wrong with it stands at the field that it is about. */
function StartForm({ start }: { readonly start: ReturnType<typeof useStart> }) {
  const state = usePlaygroundState();
  const input = toStartInput(state);
  const missing = describeMissing(state);
  const { quote, error: quoteError } = useQuote(input, missing === undefined);
  // A refused start stands until the form changes; after that, the quote speaks.
  const isCurrent = JSON.stringify(start.refusedInput) === JSON.stringify(input);
  const refusal = isCurrent ? start.error : quoteError;
  const placed = placeError(refusal, startPlacements, startParams);
  const errorAt = (field: PlaygroundField) => (placed?.at === field ? placed.error : undefined);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (start.error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [start.error]);
  return (
    <form
      ref={form}
      noValidate
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        void start.start();
      }}
    >
      <MediaField
        slot="source"
        label="Source"
        media={state.source}
        error={getUploadError(state.source) ?? errorAt('source')}
        invitation={
          <>
            <span className="block font-medium text-text">Drop a picture or a video, or browse</span>
            PNG, JPEG, WebP, MP4 or MOV
          </>
        }
        isLarge
      />
      <PromptField prompt={state.prompt} error={errorAt('prompt')} />
      <MediaField
        slot="reference"
        label="Reference"
        media={state.reference}
        error={getUploadError(state.reference) ?? errorAt('reference')}
        invitation="Optional: drop a picture of the scene, or browse"
      />
      <SubjectField
        state={state}
        error={getUploadError(state.matte) ?? errorAt('matte')}
        keyframeError={errorAt('keyframe')}
      />
      <div className="grid grid-cols-2 gap-4">
        <Field label="Resolution" error={errorAt('resolution')}>
          {(control) => (
            <Select
              {...control}
              value={state.resolution}
              onValueChange={(resolution) => setPlaygroundState({ resolution })}
              options={resolutions}
            />
          )}
        </Field>
        <Field label="Seed" error={errorAt('seed')}>
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              autoComplete="off"
              placeholder="Random"
              value={state.seed}
              onChange={(event) => setPlaygroundState({ seed: event.target.value })}
            />
          )}
        </Field>
      </div>
      <Cost quote={quote} missing={missing} refused={placed && describeRefusal(placed.at)} />
      {placed?.at === 'form' && (
        <ErrorPanel
          error={placed.error}
          title={isCurrent ? 'The job was not started' : 'The job can’t be started'}
        />
      )}
      <Button type="submit" look="primary" isBusy={start.isBusy}>
        Start
      </Button>
    </form>
  );
}

function describeRefusal(at: PlaygroundField | 'form'): string {
  return at === 'form'
    ? 'This job can’t be started: see below.'
    : 'The cost is known once the form is right.';
}

const resolutions = [
  { value: '1080', label: '1080p' },
  { value: '720', label: '720p' },
] as const;
