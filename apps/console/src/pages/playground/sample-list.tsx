import { Clapperboard } from 'lucide-react';
import { useState } from 'react';
import { cx } from '../../ui/cx.ts';
import { showToast } from '../../ui/toast.ts';
import { getSampleUrl, type Sample, samples, trySample } from './samples.ts';

/** What the result's place shows before the first job: things to try with one click. */
export function SampleList() {
  const [loading, setLoading] = useState<Sample>();
  const choose = async (sample: Sample) => {
    setLoading(sample);
    try {
      await trySample(sample);
    } catch (error) {
      showToast({ title: 'The sample can’t be loaded', description: String(error), isError: true });
    } finally {
      setLoading(undefined);
    }
  };
  return (
    <div className="flex flex-col items-center px-2 py-8 text-center">
      <span className="grid size-11 place-items-center rounded-xl border border-line bg-sunken text-muted">
        <Clapperboard aria-hidden className="size-5" />
      </span>
      <h2 className="mt-4 text-lg font-semibold">Put your subject in another scene</h2>
      <p className="mt-1 max-w-md text-muted">
        Choose a picture or a video and describe the scene, or try a sample.
      </p>
      <ul className="mt-6 grid w-full max-w-2xl gap-3 sm:grid-cols-3">
        {samples.map((sample) => (
          <li key={sample.title}>
            <button
              type="button"
              onClick={() => choose(sample)}
              disabled={loading !== undefined}
              className={cx(
                'group w-full overflow-hidden rounded-xl border border-line bg-surface text-left transition hover:border-line-strong hover:shadow-low disabled:opacity-60',
                loading === sample && 'animate-pulse',
              )}
            >
              <SamplePicture name={sample.reference ?? sample.source} />
              <span className="block px-3 pt-2.5 font-medium">{sample.title}</span>
              <span className="block px-3 pb-3 text-xs text-faint">{sample.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function SamplePicture({ name }: { readonly name: string }) {
  const look = 'aspect-video w-full bg-sunken object-cover';
  return name.endsWith('.mp4') ? (
    <video
      src={getSampleUrl(name)}
      muted
      playsInline
      preload="metadata"
      aria-hidden="true"
      tabIndex={-1}
      className={look}
    />
  ) : (
    <img src={getSampleUrl(name)} alt="" className={look} />
  );
}
