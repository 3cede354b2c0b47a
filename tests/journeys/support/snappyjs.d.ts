declare module 'snappyjs' {
  const snappy: { uncompress(packed: Uint8Array): Uint8Array };
  export default snappy;
}
