import { Decoder, Demuxer, Encoder, FilterComplexAPI, Muxer } from 'node-av/api';
import { AV_PIX_FMT_YUV420P, FF_ENCODER_LIBX264 } from 'node-av/constants';
import { FFmpegError, Frame } from 'node-av/lib';

/**
 * What the ffmpeg program would be asked to do for the same job: decode both videos, LUT in RGB, merge the
 * matte, overlay on a still, x264 veryfast. The same filters in this process run as fast as the program
 * within a few percent, and need no installation.
 * @returns frames written.
 */
export async function referenceGraph(
  source: string,
  matte: string,
  cube: string,
  output: string,
): Promise<number> {
  await using colour = await Demuxer.open(source);
  await using grey = await Demuxer.open(matte);
  const [colourStream, greyStream] = [colour.video(), grey.video()];
  if (colourStream === undefined || greyStream === undefined) throw new Error('no video');
  using colourDecoder = await Decoder.create(colourStream);
  using greyDecoder = await Decoder.create(greyStream);
  const { width, height } = colourStream.codecpar;
  using plate = new Frame();
  plate.alloc();
  plate.width = width;
  plate.height = height;
  plate.format = AV_PIX_FMT_YUV420P;
  plate.timeBase = colourStream.timeBase;
  plate.pts = 0n;
  FFmpegError.throwIfError(plate.getBuffer(), 'getBuffer');
  for (const plane of plate.data ?? []) plane.fill(90);
  using graph = FilterComplexAPI.create(
    `[plate]loop=loop=-1:size=1,setpts=N*512[back];[colour]format=gbrp,lut3d=file=${cube}[graded];[grey]format=gray[matte];[graded][matte]alphamerge[subject];[back][subject]overlay=shortest=1,format=yuv420p[out]`,
    { inputs: [{ label: 'plate' }, { label: 'colour' }, { label: 'grey' }], outputs: [{ label: 'out' }] },
  );
  using encoder = await Encoder.create(FF_ENCODER_LIBX264, {
    decoder: colourDecoder,
    options: { preset: 'veryfast', crf: 18 },
    threadCount: 2,
  });
  await using muxer = await Muxer.open(output);
  const track = muxer.addStream(encoder);
  let frames = 0;
  const composed = graph.frames('out', {
    plate,
    colour: colourDecoder.frames(colour.packets(colourStream.index)),
    grey: greyDecoder.frames(grey.packets(greyStream.index)),
  });
  async function* counted() {
    for await (const frame of composed) {
      if (frame !== null) frames++;
      yield frame;
    }
  }
  for await (const packet of encoder.packets(counted())) {
    await muxer.writePacket(packet, track);
    packet?.free();
  }
  return frames;
}
