module levelground/services/go

go 1.27
