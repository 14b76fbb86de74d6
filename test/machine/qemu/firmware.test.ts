import { expect, it } from 'vitest';
import { arches } from '../../../harness/arch/index.ts';
import { firmwareFailure } from '../../../harness/machine/qemu/firmware.ts';

const slof =
  '\r\n\r\nSLOF\u001b[0m\u001b[?25l ****\r\nQEMU Starting\r\n' +
  'C0890\rC08A0\rScanning USB \r\nC08C0\rC08D0\rUsing default console: /vdevice/vty@71000000\r\n';
const handedOver = `${slof}Booting from memory...\r\nOF stdout device is: /vdevice/vty@71000000\r\nPreparing to boot Linux version 5.10.223\r\n`;

it('a firmware that sits there is not the kernel', () => {
  expect(firmwareFailure(arches.ppc64, `${slof}C08E0\r\nNo boot device\r\n\r\n0 > `)).toBe(
    'the firmware never handed over to the kernel; its last words: 0 >',
  );
  expect(firmwareFailure(arches['ppc64le-hash'], slof)).toContain('Using default console');
  expect(firmwareFailure(arches.ppc64, '')).toContain('said nothing');
});

it('a kernel that spoke is to answer for what follows', () => {
  expect(firmwareFailure(arches.ppc64, handedOver)).toBeUndefined();
});

it('where firmware is silent, silence is nobody else’s', () => {
  expect(firmwareFailure(arches.x86_64, '')).toBeUndefined();
});
