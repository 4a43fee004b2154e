import type { Form, Forms } from './form.js';
import { anything, exactly, optional, shape, text } from './shape.js';

/** A command that works on an environment with one setting. */
const onEnvironment = (form: Pick<Form, 'document' | 'items' | 'like'>, ...words: readonly string[]): Form => ({
  ...form,
  prepare: async (id, { cli }) => void (await cli.text('env', 'set', `${id}.address`, 'prod:7233')),
  words: (id) => words.map((word) => word.replace('ENV', id)),
});

/** A command that works on a profile with two settings. */
const onProfile = (form: Pick<Form, 'document' | 'items' | 'like'>, ...words: readonly string[]): Form => ({
  ...form,
  prepare: async (id, { cli }) => {
    const set = ['config', 'set', '--profile', id];
    await cli.text(...set, '--prop', 'address', '--value', 'prod:7233');
    await cli.text(...set, '--prop', 'tls.disabled', '--value', 'true');
  },
  words: (id) => words.map((word) => word.replace('PROFILE', id)),
});

const NAME = shape({ name: text });
const SCRIPT: Form = { document: shape({ script: text }), words: () => [] };

/** The forms of what asks no server. */
export const LOCAL_FORMS: Forms = {
  'env set': {
    document: shape({ env: text, key: text, value: text }),
    like: (id) => ({ env: id, key: 'address', value: 'prod:7233' }),
    words: (id) => [`${id}.address`, 'prod:7233'],
  },
  'env get': onEnvironment(
    { items: shape({ property: text, value: text }), like: () => [{ property: 'address', value: 'prod:7233' }] },
    'ENV',
  ),
  'env list': onEnvironment({ items: NAME }),
  'env delete': onEnvironment({ document: shape({ env: text, key: exactly('address') }) }, 'ENV.address'),
  'config set': {
    document: shape({ profile: text, prop: text, value: text }),
    like: (id) => ({ profile: id, prop: 'tls', value: 'true' }),
    words: (id) => ['--profile', id, '--prop', 'tls', '--value', 'true'],
  },
  'config get': [
    onProfile(
      { document: shape({ address: text, tls: optional(shape({ disabled: exactly(true) })) }) },
      ...['--profile', 'PROFILE'],
    ),
    onProfile(
      { document: shape({ property: exactly('tls.disabled'), value: anything }), like: () => ({ value: true }) },
      ...['--profile', 'PROFILE', '-p', 'tls.disabled'],
    ),
  ],
  'config list': onProfile({ items: NAME }),
  'config delete': onProfile(
    { document: shape({ profile: text, prop: exactly('address') }) },
    ...['--profile', 'PROFILE', '-p', 'address'],
  ),
  'config delete-profile': onProfile(
    { document: shape({ profile: text }), like: (id) => ({ profile: id }) },
    ...['--profile', 'PROFILE'],
  ),
  'completion bash': SCRIPT,
  'completion zsh': SCRIPT,
  'completion fish': SCRIPT,
};
