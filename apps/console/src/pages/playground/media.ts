import type { RestageErrorOf, UploadErrorCode } from '@restage/sdk';

/** The files that a job can take. */
export type MediaSlot = 'source' | 'matte' | 'reference';

/** How far a file's upload is. */
type UploadState =
  | { readonly status: 'uploading'; readonly sent: number; readonly total: number }
  | { readonly status: 'done'; readonly uri: string }
  | { readonly status: 'failed'; readonly error: RestageErrorOf<UploadErrorCode> };

/** What the page has read of a picture or video. */
export interface MediaDetails {
  readonly width: number;
  readonly height: number;
  /** Absent for pictures. */
  readonly frames?: number;
}

/** A file that was picked, and is being uploaded. */
export interface Media {
  readonly id: number;
  readonly file: File;
  /** By its name and type; the server looks at the bytes. */
  readonly type: 'image' | 'video';
  /** A URL of the page itself. */
  readonly previewUrl: string;
  /** Undefined until it has been read; null if it can't be. */
  readonly details: MediaDetails | null | undefined;
  readonly upload: UploadState;
}

export function getMediaType(file: Pick<File, 'name' | 'type'>): 'image' | 'video' {
  return file.type.startsWith('video/') || /\.(mp4|mov)$/i.test(file.name) ? 'video' : 'image';
}

/** Reads the size of a picture or video and, of a video, its frames. @returns null if the browser can't read it */
export async function readDetails(file: File): Promise<MediaDetails | null> {
  return getMediaType(file) === 'video' ? readVideo(file) : readPicture(file);
}

async function readPicture(file: File): Promise<MediaDetails | null> {
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  } catch {
    // What the browser can't decode may be fine for the server, which says so otherwise.
    return null;
  }
}

async function readVideo(file: File): Promise<MediaDetails | null> {
  const { BlobSource, Input, MP4, QTFF } = await import('mediabunny');
  using input = new Input({ source: new BlobSource(file), formats: [MP4, QTFF] });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) return null;
    const { packetCount: frames } = await track.computePacketStats();
    return { width: await track.getDisplayWidth(), height: await track.getDisplayHeight(), frames };
  } catch {
    return null;
  }
}
