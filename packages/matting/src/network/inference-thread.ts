import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** A session of the ONNX runtime in a thread of its own. */
export interface InferenceThread {
  readonly inputs: InferenceSession['inputMetadata'];
  readonly outputs: readonly string[];
  /** @returns the output of that name. Rejects with the runtime's reason if the network does not run. */
  run(input: NamedTensor, output: string): Promise<Pick<Tensor, 'data' | 'dims' | 'type'>>;
  close(): Promise<unknown>;
}

interface NamedTensor {
  readonly name: string;
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/**
 * What the thread runs: the runtime blocks whoever calls it. Given as text, so that a bundle of this file stays one
 * file. One thread of the CPU, so that no sum is split differently on another machine.
 */
const script = `
const { parentPort, workerData } = require('node:worker_threads');
const { InferenceSession, Tensor } = require(workerData.runtime);
const answer = async (work) => {
  try {
    parentPort.postMessage(await work());
  } catch (error) {
    parentPort.postMessage({ reason: error instanceof Error ? error.message : String(error) });
  }
};
answer(async () => {
  const session = await InferenceSession.create(workerData.path, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  parentPort.on('message', ({ name, data, dims, output }) =>
    answer(async () => {
      const { [output]: result } = await session.run({ [name]: new Tensor('float32', data, dims) }, [output]);
      return { data: result.data, dims: result.dims, type: result.type };
    }),
  );
  return { inputs: session.inputMetadata, outputs: session.outputNames };
});`;

/**
 * Opens an ONNX file in a new thread.
 * @param runtime the path of onnxruntime-node.
 * @returns the reason if the file is not a network. Rejects if the runtime does not run here.
 */
export async function openInferenceThread(
  runtime: string,
  path: string,
): Promise<InferenceThread | { readonly reason: string }> {
  const thread = new Worker(script, { eval: true, workerData: { runtime, path } });
  const [opened] = await once(thread, 'message');
  if ('reason' in opened) {
    await thread.terminate();
    return opened;
  }
  thread.unref();
  let previous: Promise<unknown> = Promise.resolve();
  return {
    ...opened,
    run(input, output) {
      const result = previous.then(async () => {
        // A thread that works keeps the process alive; one that waits does not.
        thread.ref();
        thread.postMessage({ ...input, output });
        const [answer] = await once(thread, 'message').finally(() => thread.unref());
        if ('reason' in answer) throw new Error(answer.reason);
        return answer;
      });
      previous = Promise.allSettled([result]);
      return result;
    },
    close: () => thread.terminate(),
  };
}
