/** Metro serves the file as an asset and gives its address. */
declare module '*.wasm' {
  const address: string | number;
  export default address;
}
