/** Which layer lies over the page. One at a time. */
class Shell {
  layer = $state<'control' | 'search' | 'help' | null>(null);

  open(layer: 'control' | 'search' | 'help') {
    this.layer = layer;
  }
  close = () => {
    this.layer = null;
  };
}

export const shell = new Shell();
