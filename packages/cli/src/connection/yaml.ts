// Loaded when a file has to be read. A file of its own, since what a bundle imports late has only a default export if it is CommonJS.
export { isMap, parse, parseDocument } from 'yaml';
