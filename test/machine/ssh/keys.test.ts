import ssh2 from 'ssh2';
import { expect, it } from 'vitest';
import { createBootKeys } from '../../../harness/machine/ssh/keys.ts';

// One key in 256 of ssh2's own is malformed: among 3,000 there is none with a probability of 8 in a million.
it('every key can be used', () => {
  for (let n = 0; n < 3000; n++) {
    const { client } = createBootKeys();
    expect(ssh2.utils.parseKey(client.privateKey)).not.toBeInstanceOf(Error);
    expect(ssh2.utils.parseKey(client.publicKey)).not.toBeInstanceOf(Error);
  }
});
