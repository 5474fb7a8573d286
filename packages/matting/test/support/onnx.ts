/** Writes small networks as ONNX files (onnx.proto3 of the ONNX project), for the tests of the matte network. */

/** A node of a network: an operator on named values. `attributes` are integers or lists of them. */
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
    ...nodes.map((node) => encodeMessage(1, encodeNode(node))),
    encodeText(2, 'test'),
    ...Object.entries(constants).map(([name, { dims, values }]) =>
      encodeMessage(5, [
        ...dims.map((size) => encodeInteger(1, size)),
        encodeInteger(2, float),
        encodeText(8, name),
        encodeMessage(9, [Buffer.from(Float32Array.from(values).buffer)]),
      ]),
    ),
    ...Object.entries(inputs).map(([name, shape]) => encodeMessage(11, value(name, shape))),
    ...Object.entries(outputs).map(([name, shape]) => encodeMessage(12, value(name, shape))),
  ];
  return Buffer.concat([
    encodeInteger(1, 8),
    encodeMessage(7, graph),
    encodeMessage(8, [encodeInteger(2, 13)]),
  ]);
}

function encodeNode({ operator, inputs, output, attributes = {} }: Node): Buffer[] {
  return [
    ...inputs.map((name) => encodeText(1, name)),
    encodeText(2, output),
    encodeText(4, operator),
    ...Object.entries(attributes).map(([name, given]) =>
      encodeMessage(5, [
        encodeText(1, name),
        ...(typeof given === 'number'
          ? [encodeInteger(3, given), encodeInteger(20, 2)]
          : [...given.map((one) => encodeInteger(8, one)), encodeInteger(20, 7)]),
      ]),
    ),
  ];
}

function value(name: string, shape: Shape): Buffer[] {
  const dims = shape.map((size) =>
    encodeMessage(1, [typeof size === 'number' ? encodeInteger(1, size) : encodeText(2, size)]),
  );
  return [
    encodeText(1, name),
    encodeMessage(2, [encodeMessage(1, [encodeInteger(1, float), encodeMessage(2, dims)])]),
  ];
}

/** Varint of base 128, least significant first; the numbers of these files are neither negative nor large. */
function varint(number: number): number[] {
  return number < 128 ? [number] : [(number & 127) | 128, ...varint(number >>> 7)];
}

function encodeInteger(field: number, number: number): Buffer {
  return Buffer.from([...varint(field << 3), ...varint(number)]);
}

function encodeMessage(field: number, parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(content.length)]), content]);
}

function encodeText(field: number, content: string): Buffer {
  return encodeMessage(field, [Buffer.from(content)]);
}

/** Options of the test network. */
interface OrangeOptions {
  readonly input?: Shape;
  readonly output?: Shape;
  /** False leaves the logits. */
  readonly sigmoid?: boolean;
  /** What is added to 12·(R − B); by default the sigmoid is a half where red leads blue by 0.25. */
  readonly bias?: number;
}

/** A network that detects pixels that are more red than blue: one 1×1 convolution and a sigmoid. */
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
