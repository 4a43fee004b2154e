export { decode, Encoder } from '@msgpack/msgpack';
