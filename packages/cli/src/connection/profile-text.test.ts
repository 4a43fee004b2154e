import { parse } from 'smol-toml';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withProfiles } from './profile-text.js';
import type { Profile } from './profiles.js';

const FILE = `# the servers of our team
title = "shared" # read by other tools

[profile.prod] # ask Ada before you change it
address = "prod:7233" # behind the balancer
# rotated every month
api_key = 'old'

[profile.prod.tls]
# as the certificate has it
server_name = "prod" # not the address

[other]
list = [
  1, # one
  2,
]
`;

test('what is set, added and deleted is all that changes: comments and everything else stay', () => {
  const { prod } = (parse(FILE) as { readonly profile: { readonly prod: Profile } }).profile;
  const changed = withProfiles(FILE, {
    prod: { ...prod, api_key: 'new', grpc_meta: { team: 'orders' } },
    'a b': { address: 'other:7233' },
  });
  expect(changed).toBe(
    `${FILE.replace("'old'", '"new"')}\n[profile.prod.grpc_meta]\nteam = "orders"\n\n[profile."a b"]\naddress = "other:7233"\n`,
  );
  const { tls: _, ...withoutTls } = prod;
  const deleted = withProfiles(FILE, { prod: withoutTls });
  expect(deleted).not.toContain('server_name');
  for (const comment of ['# the servers', '# read by', '# ask Ada', '# behind', '# rotated', '# one'])
    expect(deleted).toContain(comment);
});

test('a profile may have any name, and be deleted again', () => {
  const named = withProfiles('', JSON.parse('{"__proto__":{"address":"a"},"constructor":{"address":"b"}}') as never);
  expect(named).toBe('[profile.__proto__]\naddress = "a"\n\n[profile.constructor]\naddress = "b"\n');
  expect(withProfiles(named, { other: {} })).toBe('[profile.other]\n');
});

test('a file in which profiles are written in line, or by dotted names, is changed too', () => {
  const inline = 'profile = { prod = { address = "a:1" } } # short\n';
  const changed = withProfiles(inline, { prod: { address: 'a:1', tls: { server_name: 's' } } });
  expect(changed).toContain('# short');
  expect(parse(changed)).toMatchObject({ profile: { prod: { tls: { server_name: 's' } } } });
  const dotted = 'profile.prod.address = "a:1" # dotted\n';
  expect(withProfiles(dotted, { prod: { address: 'b:2' } })).toBe('profile.prod.address = "b:2" # dotted\n');
});

const text = fc.string({ maxLength: 12 });
const tls = fc.record({ server_name: text, disabled: fc.boolean() }, { requiredKeys: [] });
const profile = fc.record(
  {
    address: text,
    api_key: text,
    tls,
    grpc_meta: fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,5}$/), text, { minKeys: 1, maxKeys: 2 }),
  },
  { requiredKeys: ['address'] },
);
const profiles = fc.dictionary(fc.constantFrom('default', 'prod', 'a b', 'ü'), profile, { minKeys: 1 });

test('whatever is written after whatever, the file says exactly that, and keeps the comments between', () => {
  fc.assert(
    fc.property(profiles, profiles, profiles, (first, second, third) => {
      const begun = `# top\nkept = 1 # beside\n\n${withProfiles('', first)}\n# end\n[last]\nx = 2\n`;
      let file = begun;
      for (const next of [second, third, first]) {
        file = withProfiles(file, next);
        expect(parse(file)).toEqual({ kept: 1, profile: next, last: { x: 2 } });
        for (const comment of ['# top', '# beside', '# end']) expect(file).toContain(comment);
      }
    }),
    { numRuns: 300 },
  );
});
