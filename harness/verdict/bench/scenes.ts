/** The scenes of guest/workloads/fault-rate.c, as people read of them. */
export const SCENES = [
  {
    id: 'touch',
    title: 'threads write fresh pages of their own, others map and unmap elsewhere',
    control: false,
  },
  { id: 'malloc', title: 'threads malloc, fill, search and free big chunks', control: false },
  { id: 'fork', title: 'a process forks children that write some pages and end', control: true },
  { id: 'single', title: 'one thread writes fresh pages', control: true },
] as const;
