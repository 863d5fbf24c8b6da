-- what DHCP tells clients beyond what follows from the network: of a subnet, a range or a machine
create table client_option (
  id bigint primary key,
  subnet_id bigint references subnet (id) on delete cascade,
  range_id bigint references ip_range (id) on delete cascade,
  machine_id varchar(12) references machine (id) on delete cascade,
  name varchar(100) not null,
  option_value varchar(4000) not null
);
