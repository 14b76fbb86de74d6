import fc from 'fast-check';
import { programs } from '../../../harness/workload/conform/generator.ts';

/** Programs as the workload runs them, smaller. */
export const anyProgram = programs(25);

/** Kernels on either side of every difference that the table has. */
export const anyRelease = fc.constantFrom(
  '5.10.223',
  '5.14.0',
  '5.18.0',
  '6.1.0',
  '6.6.0',
  '6.12.0',
  '6.18.0',
);
