import { Inflate } from 'fflate';

/** Compressed bytes inflated at a time: at most about 16 MB come of it, whatever the data. */
const pieceLength = 16 * 1024;

/**
 * `DecompressionStream('deflate-raw')`, which opens compressed caseloads. It inflates only as fast as its reader
 * reads: a reader that cancels at its limit stops it, so that a small file cannot fill the memory.
 */
export function InflateStream(this: unknown, format: string): { readable: unknown; writable: unknown } {
  if (format !== 'deflate-raw') throw new TypeError(`Unsupported compression format: ${format}`);
  const arrived: Uint8Array[] = [];
  let hasEnded = false;
  let wake = () => {};
  const inflated: Uint8Array[] = [];
  const inflate = new Inflate((chunk) => {
    if (chunk.length > 0) inflated.push(chunk);
  });

  const writable = new WritableStream<Uint8Array>({
    write(chunk) {
      for (let at = 0; at < chunk.length; at += pieceLength)
        arrived.push(chunk.subarray(at, at + pieceLength));
      wake();
    },
    close() {
      hasEnded = true;
      wake();
    },
  });
  const readable = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (inflated.length === 0) {
          const piece = arrived.shift();
          if (piece !== undefined) inflate.push(piece);
          else if (hasEnded) {
            // Throws on data that was cut short, which the reader is then told.
            inflate.push(new Uint8Array(), true);
            controller.close();
            return;
          } else await new Promise<void>((resolve) => (wake = resolve));
        }
        for (const chunk of inflated.splice(0)) controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  return { readable, writable };
}
