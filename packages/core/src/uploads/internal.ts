/** Where an upload's bytes are in the blob store. */
export function uploadKey(uploadId: string): string {
  return `uploads/${uploadId}`;
}
