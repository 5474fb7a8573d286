/** Writes small networks as ONNX files (onnx.proto3 of the ONNX project), for the tests of the matte network. */

/** A node of a network: an operator on named values. `attributes` are whole numbers or lists of them. */
interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

interface Constant {
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

type Shape = readonly (number | string)[];

interface Network {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly outputs: Readonly<Record<string, Shape>>;
  readonly constants: Readonly<Record<string, Constant>>;
  readonly nodes: readonly Node[];
}

const float = 1;

/** The bytes of an ONNX file, operators of version 13. */
export function onnxBytes({ inputs, outputs, constants, nodes }: Network): Buffer {
  const graph = [
    ...nodes.map((node) => bytes(1, nodeOf(node))),
    text(2, 'test'),
    ...Object.entries(constants).map(([name, { dims, values }]) =>
      bytes(5, [
        ...dims.map((size) => whole(1, size)),
        whole(2, float),
        text(8, name),
        bytes(9, [Buffer.from(Float32Array.from(values).buffer)]),
      ]),
    ),
    ...Object.entries(inputs).map(([name, shape]) => bytes(11, value(name, shape))),
    ...Object.entries(outputs).map(([name, shape]) => bytes(12, value(name, shape))),
  ];
  return Buffer.concat([whole(1, 8), bytes(7, graph), bytes(8, [whole(2, 13)])]);
}

function nodeOf({ operator, inputs, output, attributes = {} }: Node): Buffer[] {
  return [
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, operator),
    ...Object.entries(attributes).map(([name, given]) =>
      bytes(5, [
        text(1, name),
        ...(typeof given === 'number'
          ? [whole(3, given), whole(20, 2)]
          : [...given.map((one) => whole(8, one)), whole(20, 7)]),
      ]),
    ),
  ];
}

function value(name: string, shape: Shape): Buffer[] {
  const dims = shape.map((size) => bytes(1, [typeof size === 'number' ? whole(1, size) : text(2, size)]));
  return [text(1, name), bytes(2, [bytes(1, [whole(1, float), bytes(2, dims)])])];
}

/** Base 128, least first; the numbers of these files are neither negative nor large. */
function varint(number: number): number[] {
  return number < 128 ? [number] : [(number & 127) | 128, ...varint(number >>> 7)];
}

function whole(field: number, number: number): Buffer {
  return Buffer.from([...varint(field << 3), ...varint(number)]);
}

function bytes(field: number, parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(content.length)]), content]);
}

function text(field: number, content: string): Buffer {
  return bytes(field, [Buffer.from(content)]);
}

/** What a network that finds orange things can differ in. */
interface OrangeOptions {
  readonly input?: Shape;
  readonly output?: Shape;
  /** False leaves the logits. */
  readonly sigmoid?: boolean;
  /** What is added to 12·(R − B); by default the sigmoid is a half where red leads blue by 0.25. */
  readonly bias?: number;
}

/** A network that finds what is more red than blue: one 1×1 convolution and a sigmoid. */
export function orangeNetwork(options: OrangeOptions = {}): Buffer {
  const { input = [1, 3, 'height', 'width'], output = [1, 1, 'height', 'width'], sigmoid = true } = options;
  return onnxBytes({
    inputs: { picture: input },
    outputs: { matte: output },
    constants: {
      weight: { dims: [1, 3, 1, 1], values: [12, 0, -12] },
      bias: { dims: [1], values: [options.bias ?? -3] },
    },
    nodes: [
      {
        operator: 'Conv',
        inputs: ['picture', 'weight', 'bias'],
        output: sigmoid ? 'logits' : 'matte',
        attributes: { kernel_shape: [1, 1] },
      },
      ...(sigmoid ? [{ operator: 'Sigmoid', inputs: ['logits'], output: 'matte' }] : []),
    ],
  });
}
