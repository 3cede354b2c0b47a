const path = require('node:path');
const { getDefaultConfig } = require('expo/metro-config');

// Expo finds the workspace's packages and node_modules by itself; the sources among them are plain TypeScript.
const config = getDefaultConfig(path.resolve(__dirname));

// The encrypted SQLite engine of the web app.
config.resolver.assetExts.push('wasm');

module.exports = config;
